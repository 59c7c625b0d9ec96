package org.bufferyard.web.document;

import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.edit.command.ChangeCommand;

/**
 * One step of the history: whatever was done to the model, recorded. It is carried out before it
 * goes on the stack, so that a change that fails half-way never gets there.
 */
final class Edit extends ChangeCommand {
  private final String client;
  private final Runnable change;
  private boolean done;

  Edit(EObject root, String client, Runnable change) {
    super(root);
    this.client = client;
    this.change = change;
  }

  /** The page that made it. */
  String client() {
    return client;
  }

  /**
   * Changes the model, or leaves it as it was and throws.
   *
   */
  void carryOut() {
    done = true;
    try {
      super.execute();
    } catch (RuntimeException e) {
      super.undo();
      dispose();
      throw e;
    }
  }

  /** Also when it is done already: the stack asks before it takes it. */
  @Override
  public boolean canExecute() {
    return true;
  }

  @Override
  protected void doExecute() {
    change.run();
  }

  /** Called by the stack, when it is done already. */
  @Override
  public void execute() {
    if (!done) {
      throw new IllegalStateException("an edit is carried out before it goes on the stack");
    }
  }
}
