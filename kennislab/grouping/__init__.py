"""From loose questions to thematic working groups: themes on a board for many hands, and who sits where."""
