"""What the engine has to know of EspoCRM and AutoCRM, and the conversations held with them."""
