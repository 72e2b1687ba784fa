"""What the engine has to know of Monica, and the conversations held with it."""
