/** State of one running platform: memory, mapping ledger, engine thread, device identity. */
package org.bufferyard.yard;
