package org.bufferyard.yard;

import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.DmaBufEngine;
import org.bufferyard.platform.yard.DmaEngine;
import org.bufferyard.platform.yard.YardOptions;

/** All that opening a yard needs, made before its thread starts. */
record Plan(
    PlatformSpec spec,
    YardOptions options,
    MemoryLayout layout,
    ChosenKinds kinds,
    DmaEngine dmaEngine,
    DmaBufEngine dmaBufEngine) {}
