-- The keys stay: nobody can tell them from those of new customers.
SELECT 1;
