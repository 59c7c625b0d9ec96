/** What the model answered to a case, in the record's words, and how far both agree. */
package org.bufferyard.conform.answer;
