package org.bufferyard.scenario.run;

import org.bufferyard.api.device.FrameResult;

/** A frame whose buffer is gone for a while. */
record KeptFrame(long frame, FrameResult written, byte[] bytes) {}
