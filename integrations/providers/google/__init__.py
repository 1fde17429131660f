"""What Google's two providers share."""
