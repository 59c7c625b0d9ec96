/** Rules that no kernel checks, over the event stream. */
package org.bufferyard.check.stream;
