-- Room for deliveries; its tables follow.
SELECT 1;
