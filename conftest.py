"""What every test and every kernel that nbval starts finds in its environment."""

import os
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # stored outputs are those of the CPU
_folder = tempfile.TemporaryDirectory()  # so that no reader's checkpoint is resumed
os.environ["COURSE_CHECKPOINTS"] = _folder.name
