-- Room for incidents; its tables follow.
SELECT 1;
