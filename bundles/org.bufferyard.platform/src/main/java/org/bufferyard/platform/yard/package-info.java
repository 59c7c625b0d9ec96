/**
 * A running platform: its engine thread, its state, and the engines that meet on it. The DMA and dma-buf engines are services behind these contracts, so that their bundles need not know each other.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.yard;
