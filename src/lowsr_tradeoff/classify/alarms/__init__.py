"""One class to listen for all day: networks score continuous sound, and figures follow from the scores."""
