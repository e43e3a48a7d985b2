-- Room for answers; its tables follow.
SELECT 1;
