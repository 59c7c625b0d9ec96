/** Services, bundles and plug-ins that come, go and break in a running framework. */
package org.bufferyard.itest.dynamics;
