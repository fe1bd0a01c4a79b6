"""No test may reach a model hub: an attempt fails at once instead of waiting for one."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
