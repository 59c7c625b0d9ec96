package org.bufferyard.shell.command;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Service property {@code command.name}: what is typed. Lets the command line list what there is
 * without making any of it.
 */
@ComponentPropertyType
public @interface CommandName {
  /** The property's name. */
  String KEY = "command.name";

  String value();
}
