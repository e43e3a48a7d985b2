-- Room for accounts; its tables follow.
SELECT 1;
