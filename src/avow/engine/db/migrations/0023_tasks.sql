-- Room for tasks; its tables follow.
SELECT 1;
