"""Steps as Ray tasks on other machines."""
