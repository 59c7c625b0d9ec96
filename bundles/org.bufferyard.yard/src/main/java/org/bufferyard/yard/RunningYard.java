package org.bufferyard.yard;

import java.util.List;
import org.bufferyard.api.event.DmaEvent.PlatformChanged;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.KindSwap;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardListener;

/** A yard as other threads see it: a thread and the state that only this thread touches. */
final class RunningYard implements Yard {
  private final PlatformSpec spec;
  private final KernelProfile kernel;
  private final EngineThread thread;
  private final EngineState state;

  private RunningYard(Plan plan, EngineThread thread, EngineState state) {
    this.spec = plan.spec();
    this.kernel = plan.options().kernel();
    this.thread = thread;
    this.state = state;
  }

  /** Starts the thread and builds the state on it. */
  static RunningYard start(Plan plan) {
    EngineThread thread = new EngineThread("yard " + plan.spec().name());
    thread.start();
    try {
      return new RunningYard(plan, thread, thread.call(() -> EngineState.open(plan, thread)));
    } catch (RuntimeException | Error failed) {
      thread.stop(() -> {});
      throw failed;
    }
  }

  @Override
  public PlatformSpec spec() {
    return spec;
  }

  @Override
  public KernelProfile kernel() {
    return kernel;
  }

  @Override
  public <T> T call(Task<T> task) {
    return thread.call(() -> task.run(state));
  }

  @Override
  public void post(Task<?> task) {
    thread.post(
        () -> task.run(state),
        thrown ->
            state
                .events()
                .emit(new PlatformChanged(spec.name(), "a posted task failed: " + thrown)));
  }

  @Override
  public List<KindSwap> planSwap() {
    return List.of();
  }

  @Override
  public void addListener(YardListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeListener(YardListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rebuild(String reason) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int abandonedThreads() {
    return 0;
  }

  @Override
  public void close() {
    thread.stop(state::close);
  }
}
