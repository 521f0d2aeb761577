"""The words every room shares: chat values, parameters, errors, units, events."""
