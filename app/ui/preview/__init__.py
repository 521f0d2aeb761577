"""Documents before and after they are sent: their pages, the text the model is given, and what it all weighs."""
