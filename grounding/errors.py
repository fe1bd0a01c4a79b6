"""Every error of the package on one page.

GroundingError              anything we raise on purpose; the CLI prints it as one line, exit code 2
├── ClaimError              a claim that is not in the grammar or in the modality's vocabulary
├── SuiteError              a suite file that cannot be used: names file, line and key
├── PolicyError             a gate's policy that cannot be used: names file, line and key
├── LabelError              a labelled file that cannot be used: names file and line
├── Malformed               a reply or file that is no artifact: the subject's fault, recorded, not fatal
├── RegistryError           an unknown modality, subject, suite or family: names what is known
├── SubjectError            a subject that cannot be loaded or gave an unusable answer
│   └── TimedOut            a subject that did not answer in time
├── ControlsError           a run that is not scored: the controls do not behave on its suite
└── RunFolderError          a run folder that cannot be read, resumed or written
"""

from __future__ import annotations


class GroundingError(Exception):
    """Base of all deliberate errors. `str(error)` is one line that says what, where and what to do."""


class ClaimError(GroundingError):
    """A claim outside the grammar or vocabulary. `position` is the 0-based code point where it went wrong."""

    def __init__(self, message: str, position: int = 0):
        super().__init__(message)
        self.position = position


class SuiteError(GroundingError):
    """A suite file that cannot be used. The message begins with `FILE:LINE: KEY:` as far as they are known."""


class PolicyError(GroundingError):
    """A gate's policy that cannot be used. The message begins with `FILE:LINE: KEY:` as far as they are known."""


class LabelError(GroundingError):
    """A labelled file that cannot be used. The message begins with `FILE:LINE:`."""


class Malformed(GroundingError):
    """A reply or file that holds no artifact of the modality. `str(error)` is the reason that is recorded."""


class RegistryError(GroundingError):
    """A name that nothing registered, or a registration that does not load."""


class SubjectError(GroundingError):
    """A subject that cannot be loaded, or whose answer has the wrong shape."""


class TimedOut(SubjectError):
    """A subject that did not answer a batch in time, or is no longer asked because of that."""


class ControlsError(GroundingError):
    """A run whose controls do not score what they must: its suite, checkers or reader are at fault."""


class ControlsWarning(UserWarning):
    """The controls of a suite do not behave; the run goes on, but will not be scored."""


class ListeningWarning(UserWarning):
    """A run is listened to with other checkers than it was judged by: the two will not be comparable."""


class RepairWarning(UserWarning):
    """A run folder had damage that its resumption mends: names file and line."""


class RunFolderError(GroundingError):
    """A run folder that is missing, torn beyond its last line, foreign, or made under other conditions."""
