/** The running yard on the page. */
package org.bufferyard.web.live;
