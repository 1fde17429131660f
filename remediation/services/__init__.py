"""Operations on tasks, verifications and policies."""
