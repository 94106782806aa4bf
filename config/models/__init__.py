"""The typed settings: one frozen pydantic model for each table of a site's YAML."""
