/** Exchanges plug-ins at random under load and draws the balance. */
package org.bufferyard.live.soak;
