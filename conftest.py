"""Stored outputs are those of the CPU, so the tests hide the GPU from every kernel."""

import os

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
