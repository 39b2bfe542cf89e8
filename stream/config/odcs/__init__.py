"""The Open Data Contract Standard, version 3: a contract read as a part of a dataset's config, and written from one.

Source of the format: https://bitol-io.github.io/open-data-contract-standard/
"""
