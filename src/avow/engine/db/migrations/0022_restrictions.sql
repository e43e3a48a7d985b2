-- Room for restrictions; its tables follow.
SELECT 1;
