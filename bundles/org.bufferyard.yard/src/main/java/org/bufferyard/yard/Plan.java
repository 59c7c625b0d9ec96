package org.bufferyard.yard;

import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.DmaBufEngine;
import org.bufferyard.platform.yard.DmaEngine;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.yard.memory.MemoryLayout;

/** All that opening a yard needs, but for its plug-ins; made before its thread starts. */
record Plan(
    PlatformSpec spec,
    YardOptions options,
    MemoryLayout layout,
    DmaEngine dmaEngine,
    DmaBufEngine dmaBufEngine) {}
