"""Speech models: the catalogue, downloading, and finding those that are installed.

A model is one folder, named as in the catalogue, inside the models folder (~/.cache/hotline/models, or
HOTLINE_MODELS). It appears there complete or not at all, so that a folder that exists can be used.
"""

from asr.models.store import find, models_folder

__all__ = ["find", "models_folder"]
