-- Which blanks there were is not known any more.
SELECT 1;
