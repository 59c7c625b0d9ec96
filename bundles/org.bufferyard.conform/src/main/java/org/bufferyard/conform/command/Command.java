package org.bufferyard.conform.command;

import com.google.gson.JsonObject;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.record.Operation;

/** One kind of command. */
@FunctionalInterface
public interface Command {
  /**
   * Does to the model what the recorder did to the kernel.
   *
   * @param recorded the kernel's answer, only for what the model cannot know: which pages the page
   *     allocator chose, and where the first bounce came to lie
   * @throws org.bufferyard.api.kernel.KernelOops when the modelled thread dies
   */
  public Answer run(Bench bench, Operation op, JsonObject recorded);
}
