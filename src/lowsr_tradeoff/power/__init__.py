"""What each rate costs in energy, from sourced parts."""
