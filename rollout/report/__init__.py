"""One rollout as one HTML file: drawn by ourselves as inline SVG, no script, no font, nothing fetched. Pure."""
