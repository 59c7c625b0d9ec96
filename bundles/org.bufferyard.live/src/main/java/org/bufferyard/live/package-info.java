/** Running yards: pipelines that stream, and the exchange of plug-ins under them. */
package org.bufferyard.live;
