#include "client/models.h"
