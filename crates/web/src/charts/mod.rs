//! Charts: SVG made on the server, with titles and links, readable in print and in the dark.
