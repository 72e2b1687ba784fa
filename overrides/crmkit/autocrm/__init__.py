"""AutoCRM and EspoCRM."""
