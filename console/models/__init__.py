"""The API's request and response models."""
