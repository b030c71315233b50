-- Which of the gaps that findings came from still hold.
SELECT id, kind FROM gaps WHERE id IN (SELECT json_extract_string(attributes, '$.gap') FROM findings)
