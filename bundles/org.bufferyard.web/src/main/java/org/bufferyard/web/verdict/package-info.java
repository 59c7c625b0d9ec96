/** What becomes of a share on the board as it is on the page. */
package org.bufferyard.web.verdict;
