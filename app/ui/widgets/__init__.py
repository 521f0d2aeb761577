"""Small widgets every page shares: buttons, chips, bars, cards. None of them knows a room below the window."""
