"""A report as one HTML file: no network, no script, light and dark, on a desk and on a phone."""
