# manual pages and papers
