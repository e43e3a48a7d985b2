-- Room for identity; its tables follow.
SELECT 1;
