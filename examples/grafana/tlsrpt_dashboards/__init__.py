"""The dashboards, as Python that says only what differs from panel to panel."""
