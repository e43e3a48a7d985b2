-- Room for intake; its tables follow.
SELECT 1;
