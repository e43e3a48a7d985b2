-- Room for erasures; its tables follow.
SELECT 1;
