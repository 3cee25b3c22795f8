"""PURE: the report as one HTML page that needs nothing from elsewhere.

`plots` and `axis` draw as SVG, `markup` escapes every text, `standing` shows how everything is now
and `overtime` how it was, and `document` puts the page together with the style sheet `page.css`.
"""
