/** Yards that stream while the house's bundles come and go. */
package org.bufferyard.itest.live;
