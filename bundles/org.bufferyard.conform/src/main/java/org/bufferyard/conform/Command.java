package org.bufferyard.conform;

import com.google.gson.JsonObject;

/** One kind of command. */
@FunctionalInterface
interface Command {
  /**
   * Does to the model what the recorder did to the kernel.
   *
   * @param recorded the kernel's answer, only for what the model cannot know: which pages the page
   *     allocator chose, and where the first bounce came to lie
   * @throws org.bufferyard.api.kernel.KernelOops when the modelled thread dies
   */
  Answer run(Bench bench, Operation op, JsonObject recorded);
}
